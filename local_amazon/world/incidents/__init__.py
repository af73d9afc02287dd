"""What goes wrong, type by type. Names are those of the anomaly types; rates come from data/rates.json."""
