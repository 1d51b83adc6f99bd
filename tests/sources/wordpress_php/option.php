<?php
// Sets an option of the site.
require __DIR__ . '/load.php';
update_option($told['name'], $told['value']);
flush_rewrite_rules(false);
