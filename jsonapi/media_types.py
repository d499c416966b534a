"""The media types of documents."""

JSON_API, JSON = "application/vnd.api+json", "application/json"
