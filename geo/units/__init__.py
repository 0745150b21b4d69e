"""Who and when: territories, generations of boundaries by date, and what became of their units."""
