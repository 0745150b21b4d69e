// The key that unlocks what its role may see: taken once from the address (#key=...), kept for this tab alone.

const NAME = "hientruong.key";

const given = new URLSearchParams(location.hash.slice(1)).get("key");
if (given) {
  sessionStorage.setItem(NAME, given);
  history.replaceState(null, "", location.pathname + location.search);
}

/** The header that shows the key, if there is one. */
export function keyHeader() {
  const key = sessionStorage.getItem(NAME);
  return key ? { "x-api-key": key } : {};
}

/** Go on as the public: the key was refused. */
export function forgetKey() {
  sessionStorage.removeItem(NAME);
}
