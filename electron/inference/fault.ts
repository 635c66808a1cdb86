import type { StudioFault } from '../../shared/contract/common.ts';

/** What inference rejects with: a fault as data, worded for people. */
export class EngineFault extends Error {
  readonly fault: StudioFault;

  constructor(code: string, message: string, detail?: string) {
    super(message);
    this.name = 'EngineFault';
    this.fault = detail === undefined ? { code, message } : { code, message, detail };
  }

  static from(fault: StudioFault): EngineFault {
    return new EngineFault(fault.code, fault.message, fault.detail);
  }
}
