/** What is odd about a model that opens all the same, worded for people. */
export interface Warning {
  readonly code: 'CONTEXT' | 'END' | 'VOCAB' | 'WEIGHTS';
  readonly message: string;
}
