"""What the API's bodies look like. Rows never leave as they are stored."""
