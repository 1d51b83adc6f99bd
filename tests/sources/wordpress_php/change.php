<?php
// Changes a post, as its editors do: its status or its password.
require __DIR__ . '/load.php';
wp_set_current_user(1);
wp_update_post(['ID' => $told['id']] + $told['changes']);
