"""What people look at: folium maps and the page."""
