import { ConstantTimePrefixSumComputer } from 'monaco-editor/editor/common/model/prefixSumComputer.js';

/**
 * Monaco adds up the lines of the whole page when a sum is asked for after one count has changed, which makes a minute
 * of a paste of 66,000 lines. A sum is made no further than it is asked for.
 */
export function sumNoFurther(): void {
  ConstantTimePrefixSumComputer.prototype.getPrefixSum = function getPrefixSum(count) {
    for (let index = this._validEndIndex + 1; index < count; index++) {
      const above = index === 0 ? 0 : (this._prefixSum[index - 1] ?? 0);
      const value = this._values[index] ?? 0;
      this._prefixSum[index] = above + value;
      this._indexBySum.fill(index, above, above + value);
      for (let sum = this._indexBySum.length; sum < above + value; sum++) this._indexBySum[sum] = index;
    }
    this._validEndIndex = Math.max(this._validEndIndex, count - 1);
    return count === 0 ? 0 : (this._prefixSum[count - 1] ?? 0);
  };
}
