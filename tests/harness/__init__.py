"""What the outside test suites share: the server's life, an HTTP client that checks every
response against the OpenAPI document, and sample request bodies."""
