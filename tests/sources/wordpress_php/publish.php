<?php
// Publishes one post and prints its id.
require __DIR__ . '/load.php';
require_once ABSPATH . 'wp-admin/includes/image.php';
require_once ABSPATH . 'wp-admin/includes/taxonomy.php';

$categories = [];
foreach ($told['categories'] as $path) {
    $parent = 0;
    foreach ($path as $name) {
        $known = term_exists($name, 'category', $parent);
        $term = $known ?: wp_insert_term($name, 'category', ['parent' => $parent]);
        $parent = (int) $term['term_id'];
    }
    $categories[] = $parent;
}
$post = [
    'post_title' => wp_slash($told['title']),
    'post_content' => wp_slash($told['content']),
    'post_excerpt' => wp_slash($told['excerpt']),
    // a draft first, as in the editor: that is what gives a post its ?p= guid
    'post_status' => 'draft',
    'post_author' => 1,
    'post_password' => $told['password'],
    'post_category' => $categories,
    'tags_input' => $told['tags'],
];
if ($told['author']) {
    $login = sanitize_user($told['author'], true);
    $user = get_user_by('login', $login);
    $post['post_author'] = $user ? $user->ID : wp_insert_user([
        'user_login' => $login, 'user_pass' => 'secret', 'display_name' => $told['author'],
        'role' => 'author',
    ]);
}
if ($told['date']) {
    $post['post_date_gmt'] = gmdate('Y-m-d H:i:s', $told['date']);
    $post['post_date'] = get_date_from_gmt($post['post_date_gmt']);
}
wp_set_current_user(1);
$id = wp_insert_post($post, true);
if (is_wp_error($id)) {
    fwrite(STDERR, $id->get_error_message());
    exit(1);
}
wp_update_post(['ID' => $id, 'post_status' => $told['status'], 'edit_date' => true]
    + array_intersect_key($post, ['post_date' => 0, 'post_date_gmt' => 0]));
if ($told['sticky']) {
    stick_post($id);
}
if ($told['image']) {
    [$width, $height] = $told['image'];
    $canvas = imagecreatetruecolor($width, $height);
    imagefilledrectangle($canvas, 0, 0, $width, $height, imagecolorallocate($canvas, 20, 90, 120));
    ob_start();
    imagejpeg($canvas);
    $upload = wp_upload_bits("picture-$id.jpg", null, ob_get_clean());
    $media = wp_insert_attachment(
        ['post_mime_type' => 'image/jpeg', 'post_title' => "picture $id", 'post_status' => 'inherit'],
        $upload['file'], $id
    );
    wp_update_attachment_metadata($media, wp_generate_attachment_metadata($media, $upload['file']));
    update_post_meta($media, '_wp_attachment_image_alt', wp_slash($told['alt']));
    set_post_thumbnail($id, $media);
}
echo $id;
