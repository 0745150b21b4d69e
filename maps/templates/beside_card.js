// Shows a place of a map beside the card that lies over it, or above the card on a narrow screen.

// eslint-disable-next-line no-unused-vars
function fitBesideCard(map, bounds, margin, maxZoom) {
  if (!bounds.isValid()) return;
  const card = document.querySelector(".facts").getBoundingClientRect();
  const wide = card.width < innerWidth / 2;
  map.fitBounds(bounds, {
    animate: false,
    maxZoom,
    paddingTopLeft: [margin + (wide ? card.right : 0), margin],
    paddingBottomRight: [margin, margin + (wide ? 0 : card.height)],
  });
}
