<?php
// What plugins that "secure" a site do with its REST API.
add_filter('rest_authentication_errors', fn() => new WP_Error('rest_closed', 'Closed', ['status' => 401]));
