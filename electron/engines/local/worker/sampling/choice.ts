/**
 * A token that was chosen, with what the model itself would have said, before any sampler: natural logarithms of
 * probabilities, likeliest first.
 */
export interface Choice {
  readonly token: number;
  readonly others: { readonly tokens: Int32Array; readonly logs: Float64Array; readonly chosen: number } | null;
}
