/**
 * Where in a sorted sequence that which comes before something ends: the first index that `isBefore` denies, or
 * `length`. It holds for every index up to there, and for none after it.
 */
export function bisect(length: number, isBefore: (index: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(middle)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
