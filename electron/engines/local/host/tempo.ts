/** How long the supervisor waits for what. */
export interface Tempo {
  readonly pingMs: number;
  /** A process that answers no ping for so long is said not to answer. */
  readonly quietMs: number;
  /** A process that answers no ping for so long is taken for dead: nothing that it does by itself takes so long. */
  readonly hangMs: number;
  readonly helloMs: number;
  /** How long a stop may go unnoticed, beyond the slowest chunk so far, before the process is ended. */
  readonly stopMs: number;
  /**
   * How long a request may show no step, for native code may hang while the process answers: until its first one, and
   * after it at least.
   */
  readonly firstMs: number;
  readonly silenceMs: number;
}
export const TEMPO: Tempo = {
  pingMs: 1000,
  quietMs: 3000,
  hangMs: 30_000,
  helloMs: 30_000,
  stopMs: 5000,
  firstMs: 300_000,
  silenceMs: 20_000,
};
