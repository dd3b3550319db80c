/** How far a stream of output was read. Pure. */
export interface Advance {
  /** What is new of the piece. */
  bytes: Uint8Array;
  position: number;
  /** Bytes between what was read and this piece, which never came. */
  missing: number;
}

/** After a reconnect the server may repeat some bytes or have lost some; `undefined` means that nothing was read yet. */
export function advance(position: number | undefined, offset: number, bytes: Uint8Array): Advance {
  const end = offset + bytes.length;
  if (position === undefined) return { bytes, position: end, missing: 0 };
  if (end <= position) return { bytes: bytes.subarray(0, 0), position, missing: 0 };
  if (offset < position) return { bytes: bytes.subarray(position - offset), position: end, missing: 0 };
  return { bytes, position: end, missing: offset - position };
}
