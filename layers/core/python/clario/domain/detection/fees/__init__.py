"""What Amazon's fees should be: dated tables with the source and certainty of every row, and how they are applied."""
