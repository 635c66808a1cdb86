/**
 * What one request may hold. The page makes its changes no larger, the contract refuses larger ones, and the sockets
 * can carry them.
 */
export const MOST_OPS = 20_000;
/** UTF-16 units of text in an op, and of all ops of a change together where the page makes it. */
export const MOST_TEXT = 4_000_000;
/** Bytes of a message: a unit takes six at most, written as \u0001. */
export const MOST_MESSAGE = 32 * 1024 * 1024;
/** Bytes of a piece of a file on its way to the studio. */
export const MOST_PIECE = 4 * 1024 * 1024;
