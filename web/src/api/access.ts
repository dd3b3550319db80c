/** What the person may do has changed, or may have: said by whoever notices, heard by the session. */
let look: () => void = () => undefined;

export function setAccessHandler(handler: () => void): void {
  look = handler;
}

export function accessMayHaveChanged(): void {
  look();
}
