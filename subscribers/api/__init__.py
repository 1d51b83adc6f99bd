"""The API ``/api/v1``: for programs of the newsroom, by scoped keys, told by OpenAPI 3.1."""
