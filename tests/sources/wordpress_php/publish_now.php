<?php
// Publishes a post that is not out yet.
require __DIR__ . '/load.php';
wp_set_current_user(1);
wp_update_post(['ID' => $told['id'], 'post_status' => 'publish', 'edit_date' => true,
    'post_date' => current_time('mysql'), 'post_date_gmt' => current_time('mysql', true)]);
