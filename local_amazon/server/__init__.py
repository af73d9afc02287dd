"""The surface: the synthetic world as Amazon's APIs show it over HTTP, with their limits, delays and failures."""
