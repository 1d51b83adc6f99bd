<?php
// Makes a user and an application password for it; prints both.
require __DIR__ . '/load.php';
$name = 'reader_' . $told['role'];
$user = wp_insert_user(['user_login' => $name, 'user_pass' => 'secret', 'role' => $told['role']]);
[$password] = WP_Application_Passwords::create_new_application_password($user, ['name' => 'digest']);
echo json_encode([$name, WP_Application_Passwords::chunk_password($password)]);
