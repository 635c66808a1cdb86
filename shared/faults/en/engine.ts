import type { EngineFaults } from '../catalogue.ts';
import { count, size } from './numbers.ts';
import type { Sentences } from './sentences.ts';

export const engine = {
  NO_ENGINE: () => 'No model is ready. Nothing was changed. Choose one, or wait until it is loaded.',
  CRASH({ killed }) {
    const cause = killed
      ? 'it was ended from outside, most often because memory ran out'
      : 'it failed inside the engine';
    return `The model stopped unexpectedly: ${cause}. Your text is safe. Reply or Continue starts it again.`;
  },
  HANG: () =>
    'The model stopped answering and was ended. Your text is safe. Try again; if it happens again, choose a smaller ' +
    'context or another model.',
  UNHEEDED: () =>
    'The model did not stop in time, so its process was ended. What was written is kept. Press Reply to start it ' +
    'again.',
  START: () => 'The engine did not start in time. Your text is safe. Close other programs and try again.',
  PROTOCOL: () =>
    'The engine belongs to another version of Paphos. Install Paphos again; your stories stay where they are.',
  BREAKER: ({ failures }) =>
    `The model stopped ${count(failures)} times in a row, so it is not started again by itself. Your text is safe. ` +
    'Choose a smaller context or another model, or load this one again to try once more.',
  REPLACED: () =>
    'The model file was replaced by another one while it was not in use. Your text is safe. Press Reply again to ' +
    'open the new one.',
  UNLOADED: () => 'The model was closed. Your text is safe. Press Reply to start it again.',
  CLOSED: () => 'Paphos is closing. Your text is safe.',
  ENGINE_BUSY: () => 'The model is still busy with something else. Nothing was changed. Stop that first.',
  STOPPED: () => 'This was stopped before its end. What was written is kept.',
  YIELDED: () => 'This was left for later, because the model was needed for something else.',
  WINDOW_FULL: () =>
    'The context is full. What was written is kept. Choose a larger context, or press Reply: older turns make room.',
  THOUGHT_FULL: () =>
    'The context was full before the model had finished thinking, so there is no answer. What it thought is kept. ' +
    'Let it think less under Sampling, or load the model with a larger context, then press Retry.',
  ENGINE: () => 'The model could not go on. What was written is safe; try again.',
  MEMORY({ where, need, free, kept, contextSize, offered }) {
    const what =
      where === 'card'
        ? `It takes ${size(need)} of the graphics card's memory, of which ${size(free)} are free.`
        : `It takes ${size(need)}, and ${size(free)} are free, of which ${size(kept)} stay for the rest of the ` +
          'computer.';
    if (offered !== null)
      return (
        `With a context of ${count(contextSize)} tokens the model does not fit into memory. ${what} A context ` +
        `of ${count(offered)} tokens fits.`
      );
    const advice =
      where === 'card'
        ? 'Put fewer layers on the graphics card, or choose a smaller model.'
        : 'Close other programs, or choose a smaller model or a more strongly quantised file of this one.';
    return `The model does not fit into memory. ${what} ${advice}`;
  },
  MODEL_TOO_LARGE: ({ bytes }) =>
    `The model does not fit into this computer's memory (the file has ${size(bytes)}). Close other programs or ` +
    'choose a smaller model.',
  CONTEXT_TOO_LARGE: ({ contextSize }) =>
    `A context of ${count(contextSize)} tokens does not fit into this computer's memory. Choose a smaller context ` +
    'size and load the model again.',
  LOAD: () => 'The model file could not be opened: the engine refused it. Download it again, or choose another model.',
  STATE: () => 'What was read of this story last time cannot be used. Nothing is lost: the model reads it again.',
  DRAFT_UNREADABLE: () =>
    'The model that guesses ahead could not be opened. Choose another one in the advanced settings, or none.',
  DRAFT_VOCABULARY: () =>
    'The model that guesses ahead has another vocabulary, so its guesses mean nothing to this one. Choose another ' +
    'one in the advanced settings, or none.',
  GRAMMAR: ({ kind }) =>
    `The ${kind === 'json' ? 'JSON schema' : 'grammar'} under Sampling could not be read, so nothing was written. ` +
    'Correct it, or turn it off. Your text is safe.',
  GRAMMAR_LARGE({ kind, what, most }) {
    const name = kind === 'json' ? 'JSON schema' : 'grammar';
    const parts = kind === 'json' ? 'schemas and repetitions' : 'rules, groups and repetitions';
    const limit =
      what === 'nested' ? `nested more than ${count(most)} deep` : `made of more than ${count(most)} ${parts}`;
    return (
      `The ${name} under Sampling is ${limit}, which could end the engine, so nothing was written. Make it ` +
      'smaller, or turn it off. Your text is safe.'
    );
  },
  SCHEMA_KEYWORDS: ({ keywords }) =>
    'The JSON schema under Sampling asks for what would not be kept here: ' +
    `${keywords.map((keyword) => `“${keyword}”`).join(', ')}. Take that out, or write a grammar. Your text is safe.`,
  GRAMMAR_CRASH: () =>
    'The engine stopped while the grammar under Sampling was in use. What was written is kept. Make the grammar ' +
    'simpler, or turn it off, and try again.',
  NOT_A_TOKEN: ({ text }) =>
    `“${text}” is more than one token in this model, so it cannot be made likelier or less likely as a whole. Take ` +
    'it out of the bias list under Sampling, or write a shorter piece. Your text is safe.',
  ALL_BANNED: () =>
    'Everything that the model could write next is banned, so the reply ends here. What was written is kept. Take ' +
    'something out of the banned words or phrases under Sampling, then press Continue.',
  NO_CARD: () =>
    'No graphics card can be used on this computer, so the model runs on the processor. Check the card’s driver, or ' +
    'set GPU layers to None.',
  NO_SUCH_CARD: ({ number }) =>
    `There is no graphics card number ${count(number)} that can be used on this computer, so the model runs on the ` +
    'processor. Choose another one in the advanced settings.',
  NO_PREFIX: () => 'Nothing stands before the endings that all of them share. Give a longer beginning.',
  TEXT_TOO_SHORT: ({ tokens, window }) =>
    `The text has ${count(tokens)} tokens; to measure perplexity, at least ${count(window)} are needed. Give a ` +
    'longer text or a smaller window.',
  MEASURE_TOO_LONG: ({ tokens, contextSize }) =>
    `${count(tokens)} tokens are to be measured together, but the context has ${count(contextSize)}. Choose a larger ` +
    'context or shorter texts.',
} satisfies Sentences<EngineFaults>;
