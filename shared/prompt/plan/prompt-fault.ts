/** A prompt that cannot be made, in a sentence for people. */
export class PromptFault extends Error {
  readonly code: 'WINDOW_TOO_SMALL';

  constructor(message: string) {
    super(message);
    this.name = 'PromptFault';
    this.code = 'WINDOW_TOO_SMALL';
  }
}
