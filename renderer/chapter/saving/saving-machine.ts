import type { StudioFault } from '../../../shared/faults/studio-fault.ts';

/**
 * What the page does to keep the studio equal to itself: one request at a time, each answered before the next. A cell
 * says what an event does in a state; `next` goes to what is to be done first: an errand that waits, a chapter that
 * must be read again, text that is not saved. The words are in `MOVES`.
 *
 * | state        | edited | timer | flushed | released | errand | done | acked | answered | readIn    | lost  | failed | refused | crossed |
 * | ------------ | ------ | ----- | ------- | -------- | ------ | ---- | ----- | -------- | --------- | ----- | ------ | ------- | ------- |
 * | resting      | gather | –     | next    | gather   | next   | –    | –     | –        | –         | –     | –      | –       | –       |
 * | gathering    | –      | next  | next    | –        | next   | –    | –     | –        | –         | –     | –      | –       | –       |
 * | working      | –      | –     | –       | –        | –      | next | –     | –        | –         | –     | –      | –       | –       |
 * | asking       | –      | –     | –       | –        | –      | next | –     | goOn     | –         | later | –      | –       | –       |
 * | askingLater  | –      | again | again   | –        | –      | –    | –     | –        | –         | –     | –      | –       | –       |
 * | sending      | –      | –     | –       | –        | –      | –    | goOn  | –        | –         | later | later  | refuse  | cross   |
 * | sendingLater | –      | again | again   | –        | –      | –    | –     | –        | –         | –     | –      | –       | –       |
 * | crossing     | –      | next  | –       | –        | next   | –    | –     | –        | –         | –     | –      | –       | –       |
 * | reading      | –      | –     | –       | –        | –      | –    | –     | –        | compare   | later | later  | later   | later   |
 * | readingLater | –      | again | again   | –        | –      | –    | –     | –        | –         | –     | –      | –       | –       |
 * | refused      | again  | again | again   | –        | next   | –    | –     | –        | –         | –     | –      | –       | –       |
 */
export const TABLE: Readonly<Record<SavingPhase, Readonly<Partial<Record<EventName, Move>>>>> = {
  resting: { edited: 'gather', flushed: 'next', released: 'gather', errand: 'next' },
  gathering: { timer: 'next', flushed: 'next', errand: 'next' },
  working: { done: 'next' },
  asking: { answered: 'goOn', done: 'next', lost: 'later' },
  askingLater: { timer: 'again', flushed: 'again' },
  sending: { acked: 'goOn', lost: 'later', failed: 'later', refused: 'refuse', crossed: 'cross' },
  sendingLater: { timer: 'again', flushed: 'again' },
  crossing: { timer: 'next', errand: 'next' },
  reading: { readIn: 'compare', lost: 'later', failed: 'later', refused: 'later', crossed: 'later' },
  readingLater: { timer: 'again', flushed: 'again' },
  refused: { edited: 'again', timer: 'again', flushed: 'again', errand: 'next' },
};

export type SavingPhase =
  /** Nothing is under way; what is unsaved, if anything, is held. */
  | 'resting'
  /** Text is unsaved; the next one may follow in a moment. */
  | 'gathering'
  /** The page does something between two requests. */
  | 'working'
  /** The studio was asked to turn to another branch or to begin a reply. */
  | 'asking'
  | 'askingLater'
  | 'sending'
  | 'sendingLater'
  /** A change met the end of a reply of which the page has not heard yet. */
  | 'crossing'
  | 'reading'
  | 'readingLater'
  /** A part of the text was refused, the rest is saved. */
  | 'refused';

export type EventName =
  | 'edited'
  | 'timer'
  | 'flushed'
  | 'released'
  | 'errand'
  | 'done'
  | 'acked'
  | 'answered'
  | 'readIn'
  | 'lost'
  | 'failed'
  | 'refused'
  | 'crossed';

export type Move = 'gather' | 'next' | 'goOn' | 'later' | 'again' | 'refuse' | 'cross' | 'compare';
export type ErrandKind = 'task' | 'call';

/** `fault`: what an event that brings bad news says. */
export interface SavingEvent {
  readonly name: EventName;
  readonly fault?: StudioFault;
}

/** What the page and the queue hold when something happens. */
export interface Circumstances {
  readonly unsaved: boolean;
  /** Nothing may be sent now. */
  readonly held: boolean;
  /** Replies are being written whose ends have not been heard of. */
  readonly live: boolean;
  /** The first errand that waits. */
  readonly errand: ErrandKind | null;
  /** Pieces of what was taken that are still to be sent. */
  readonly pieces: number;
  /** Something happened to the chapter that the page knows nothing of. */
  readonly stale: boolean;
}

/** To be done in order. */
export type Effect =
  | 'stopTimer'
  | 'gatherTimer'
  /** As long as `attempt` says. */
  | 'retryTimer'
  | 'runTask'
  | 'call'
  /** Takes what is unsaved and sends its first piece. */
  | 'take'
  | 'sendPiece'
  | 'sendAgain'
  /** What was taken counts as unsaved again. */
  | 'putBack'
  | 'read'
  /** Ours beside theirs: makes pieces of it and sends the first. */
  | 'reconcile'
  | 'settle'
  | 'reject';

export interface SavingState {
  readonly phase: SavingPhase;
  /** Failures in a row. */
  readonly attempt: number;
  /** Why the chapter is read. */
  readonly reading: 'crossed' | 'refused' | 'stale' | null;
  /** A change was refused: from now on each piece is one op, so that only what is refused stays behind. */
  readonly careful: boolean;
  /** A piece of this change was refused, and stays unsaved. */
  readonly skipped: boolean;
  /** What keeps the text from being saved; null where nothing does. */
  readonly trouble: { readonly kind: 'offline' | 'failed'; readonly fault: StudioFault } | null;
}

export const AT_REST: SavingState = {
  phase: 'resting',
  attempt: 0,
  reading: null,
  careful: false,
  skipped: false,
  trouble: null,
};

export interface Step {
  readonly state: SavingState;
  readonly effects: readonly Effect[];
}

/** Counts as so many failures: what was refused is not asked again soon. */
const SLOWLY = 5;

/** What an event does. Pure: an event that means nothing in a state changes nothing. */
export function step(state: SavingState, event: SavingEvent, now: Circumstances): Step {
  const move = TABLE[state.phase][event.name];
  return move === undefined ? { state, effects: [] } : MOVES[move](state, event, now);
}

/** What was refused stays unsaved; in a while it is compared with the store again. */
const leaveRefused = (state: SavingState): Step => ({
  state: { ...state, phase: 'refused', attempt: SLOWLY, skipped: false },
  effects: ['putBack', 'retryTimer', 'reject'],
});

const LATER = { asking: 'askingLater', sending: 'sendingLater', reading: 'readingLater' } as const;

const MOVES: Readonly<Record<Move, (state: SavingState, event: SavingEvent, now: Circumstances) => Step>> = {
  /** Waits for a moment: more may follow. */
  gather: (state, _event, now) =>
    now.held || !now.unsaved
      ? { state, effects: [] }
      : { state: { ...state, phase: 'gathering' }, effects: ['gatherTimer'] },

  /** To what is to be done first. */
  next(state, _event, now) {
    const to = (phase: SavingPhase, change: Partial<SavingState>, ...effects: Effect[]): Step => ({
      state: { ...state, phase, ...change },
      effects: ['stopTimer', ...effects],
    });
    if (now.errand === 'task') return to('working', {}, 'runTask');
    if (now.errand === 'call') return to('asking', {}, 'call');
    if (now.stale) return to('reading', { reading: 'stale' }, 'read');
    if (now.unsaved && !now.held) return to('sending', {}, 'take');
    if (now.unsaved) return to('resting', {});
    return to('resting', { careful: false, attempt: 0, trouble: null }, 'settle');
  },

  /** An answer came: the next piece, or what comes next. */
  goOn(state, event, now) {
    const well = { ...state, attempt: 0, trouble: state.careful ? state.trouble : null };
    if (now.pieces > 0) return { state: { ...well, phase: 'sending' }, effects: ['sendPiece'] };
    return state.skipped ? leaveRefused(well) : MOVES.next(well, event, now);
  },

  /** The same again, after a while. */
  later(state, event) {
    const phase = LATER[state.phase as keyof typeof LATER];
    const kind = event.name === 'lost' ? 'offline' : 'failed';
    const trouble = event.fault === undefined ? state.trouble : ({ kind, fault: event.fault } as const);
    return {
      state: { ...state, phase, attempt: state.attempt + 1, trouble },
      effects: ['retryTimer', 'reject'],
    };
  },
  again(state, event, now) {
    if (state.phase === 'askingLater') return { state: { ...state, phase: 'asking' }, effects: ['stopTimer', 'call'] };
    if (state.phase === 'sendingLater')
      return { state: { ...state, phase: 'sending' }, effects: ['stopTimer', 'sendAgain'] };
    if (state.phase === 'readingLater')
      return { state: { ...state, phase: 'reading' }, effects: ['stopTimer', 'read'] };
    // What was refused is compared with the store once more; between two keys there is no need to.
    if (event.name === 'edited' && !now.unsaved) return { state, effects: [] };
    return { state: { ...state, phase: 'reading', reading: 'refused' }, effects: ['stopTimer', 'read'] };
  },

  /** The studio will never take this change: what it says is compared anew with the store, and sent op by op. */
  refuse(state, event, now) {
    const trouble = event.fault === undefined ? state.trouble : ({ kind: 'failed', fault: event.fault } as const);
    if (!state.careful)
      return {
        state: { ...state, phase: 'reading', reading: 'refused', careful: true, trouble },
        effects: ['putBack', 'read'],
      };
    const refused = { ...state, trouble, skipped: true };
    return now.pieces > 0 ? { state: refused, effects: ['sendPiece'] } : leaveRefused(refused);
  },

  /** The end of a reply may cross ours on the way; it is taken in first. Else the chapter was changed elsewhere. */
  cross(state, _event, now) {
    if (now.live)
      return {
        state: { ...state, phase: 'crossing', attempt: state.attempt + 1, skipped: false },
        effects: ['putBack', 'retryTimer'],
      };
    return { state: { ...state, phase: 'reading', reading: 'crossed', skipped: false }, effects: ['putBack', 'read'] };
  },

  /** The chapter was read: the page is compared with it. */
  compare(state, event, now) {
    const read = { ...state, reading: null, attempt: 0, trouble: state.careful ? state.trouble : null };
    if (state.reading === 'crossed' && !now.live)
      return { state: { ...read, phase: 'sending' }, effects: ['reconcile'] };
    return MOVES.next(read, event, now);
  },
};
