/** Which content hashes an import has met, in a fixed amount of memory: a Bloom filter. It may take a new one for known, never the reverse. */

/** 16 MiB: of a million rows about one is taken for known, of ten million one in 250; such a row costs a look into the database. */
const BITS_LOG2 = 27;
const PLACES = 4;

export class SeenHashes {
  private readonly bits = new Uint32Array(2 ** (BITS_LOG2 - 5));

  /** Remembers a hash (hexadecimal, at least 16 digits) and tells whether it may have been met before. */
  add(hash: string): boolean {
    const start = Number.parseInt(hash.slice(0, 8), 16);
    // Odd, so that the places differ. Kirsch and Mitzenmacher (2006): two hashes do for any number of places.
    const step = Number.parseInt(hash.slice(8, 16), 16) | 1;
    let known = true;
    for (let place = 0; place < PLACES; place += 1) {
      const bit = (start + place * step) >>> (32 - BITS_LOG2);
      const word = bit >>> 5;
      const mask = 1 << (bit & 31);
      const before = this.bits[word] as number;
      if ((before & mask) === 0) {
        known = false;
        this.bits[word] = before | mask;
      }
    }
    return known;
  }
}
