<?php
// Takes a post back.
require __DIR__ . '/load.php';
wp_set_current_user(1);
wp_trash_post($told['id']);
