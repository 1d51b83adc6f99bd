<?php
// Loads WordPress on the command line; $told is what the test asks for. Mails nothing.
$root = $argv[1];
$told = json_decode(stream_get_contents(STDIN), true);
preg_match("~'WP_HOME', 'http://([^']+)'~", file_get_contents("$root/wp-config.php"), $found);
$_SERVER['HTTP_HOST'] = $found[1];
$_SERVER['SERVER_NAME'] = '127.0.0.1';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REQUEST_METHOD'] = 'GET';
$_SERVER['REQUEST_URI'] = '/';
function wp_mail() { return true; }
require "$root/wp-load.php";
