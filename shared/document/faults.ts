/**
 * Why an op does not fit its tree. NO_TURN: it names no living turn. VERSION: the turn has changed since. RANGE: a patch
 * reaches outside the text or splits a character. ORDER: the op makes no sense here (an id used twice, a restore of a living turn, …).
 */
export type FaultCode = 'NO_TURN' | 'VERSION' | 'RANGE' | 'ORDER';

export class DocumentFault extends Error {
  readonly code: FaultCode;

  constructor(code: FaultCode, message: string) {
    super(message);
    this.name = 'DocumentFault';
    this.code = code;
  }
}
