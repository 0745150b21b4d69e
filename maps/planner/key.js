// The key or token that unlocks what its role may see: taken once from the address (#key=...), kept for this tab alone.

const NAME = "hientruong.key";

const given = new URLSearchParams(location.hash.slice(1)).get("key");
if (given) {
  keepKey(given);
  history.replaceState(null, "", location.pathname + location.search);
}

export const storedKey = () => sessionStorage.getItem(NAME);

export function keepKey(key) {
  sessionStorage.setItem(NAME, key);
}

/** The header that shows the key, if there is one. */
export function keyHeader(key = storedKey()) {
  return key ? { "x-api-key": key } : {};
}

/** Go on as the public. */
export function forgetKey() {
  sessionStorage.removeItem(NAME);
}
