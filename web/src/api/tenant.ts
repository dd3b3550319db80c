/** Which tenant requests act in: chosen by the person, remembered by the browser. Absent: the personal one. */
const KEY = "stead.tenant";

let current: string | undefined;
try {
  current = localStorage.getItem(KEY) ?? undefined;
} catch {
  current = undefined;
}

export function currentTenantId(): string | undefined {
  return current;
}

export function chooseTenant(id: string | undefined): void {
  current = id;
  try {
    if (id) localStorage.setItem(KEY, id);
    else localStorage.removeItem(KEY);
  } catch {
    // Storage is forbidden: the choice lasts until the page is left.
  }
}
