/** The chat of a chapter. */
export const chat = {
  messages: 'Messages',
  message: 'Message',
  you: 'You',
  story: 'Story',
  note: 'Note',
  writing: 'writing',
  say: 'Say or do something',
  sayFirst: 'Write the first lines, or say what should happen.',
  empty: 'Nothing has been said yet.',
  edit: 'Edit',
  editing: (name: string) => `Edit the message (${name})`,
  editHint: 'Esc: done',
  actions: (name: string) => `Message (${name})`,
  blank: 'Nothing is written here.',
  thinking: 'Thinking…',
  thought: 'Thought',
};
