<?php
// Makes the database and installs the site, as its own installer does.
$database = null;
for ($try = 0; $try < 100 && !$database; $try++) {
    try {
        $database = new mysqli('localhost', 'root', '', '', 0, getenv('WP_SOCKET'));
    } catch (mysqli_sql_exception $error) {
        usleep(100000);
    }
}
$database->query('CREATE DATABASE wordpress CHARACTER SET utf8mb4');
define('WP_INSTALLING', true);
require __DIR__ . '/load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
// The installer asks its own site whether pretty permalinks work; nothing serves it yet.
add_filter('pre_http_request', fn() => new WP_Error('offline', 'not yet'));
wp_install('Harbour Post', 'editor', 'editor@example.org', true, '', 'secret');
global $wpdb;
update_option('permalink_structure', '/%year%/%monthnum%/%postname%/');
update_option('blogdescription', 'News of the harbour');
update_option('timezone_string', 'America/New_York');
wp_delete_post(1, true);
wp_update_user(['ID' => 1, 'display_name' => 'Ines Prado']);
switch_theme('plain');
flush_rewrite_rules(false);
