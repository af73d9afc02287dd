"""The report documents, one module for a family of them: which rows a request gets and how Amazon writes them.

Columns: https://developer-docs.amazon.com/sp-api/docs/report-type-values-fba and the attribute pages beside it, with
the names that connectors read in live files (https://github.com/airbytehq/airbyte, source-amazon-seller-partner;
https://github.com/abuzuhri/Amazon-SP-API-CSharp).
"""
