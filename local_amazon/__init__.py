"""The local Amazon: a stand-in for Amazon's Selling Partner API and Login with Amazon, for development only.

It is a separate program that the product reaches over HTTP like the real thing: the product never imports it and it
never imports the product, so that it stays an independent witness. `world` simulates what happens to a synthetic
seller's units and money and knows the truth; `server` shows that world the way Amazon's API would.

What it is not: a model of how often Amazon loses or pays. The rates in `world` are assumptions, its co-occurrences are
simpler than reality, and undocumented policy is not in it. A good result on it verifies logic; it promises nothing
about money recovered from the real Amazon.

Paths, bodies, rates and life cycles follow Amazon's published API models
(https://github.com/amzn/selling-partner-api-models) and documentation (https://developer-docs.amazon.com/sp-api).
"""
