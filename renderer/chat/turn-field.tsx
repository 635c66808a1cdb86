import type { KeyboardEvent, ReactElement, Ref } from 'react';

interface Props {
  readonly label: string;
  readonly text: string;
  readonly placeholder?: string;
  readonly readOnly?: boolean;
  readonly className: string | undefined;
  readonly field?: Ref<HTMLTextAreaElement>;
  readonly autoFocus?: boolean;
  readonly onText: (text: string) => void;
  readonly onKeyDown?: (event: KeyboardEvent<HTMLTextAreaElement>) => void;
  /** The person has put the caret into it; so far into its text. */
  readonly onCaret: (offset: number) => void;
}

/** The text of a turn, as the person writes it: every key of it is in the chapter at once. */
export function TurnField({ text, field, onText, onCaret, readOnly = false, label, ...rest }: Props): ReactElement {
  const told = (node: HTMLTextAreaElement): void => onCaret(node.selectionEnd);
  return (
    <textarea
      {...rest}
      ref={field}
      aria-label={label}
      dir="auto"
      rows={1}
      value={text}
      readOnly={readOnly}
      onChange={({ target }) => {
        onText(target.value);
        told(target);
      }}
      onKeyUp={({ currentTarget }) => told(currentTarget)}
      onPointerUp={({ currentTarget }) => told(currentTarget)}
    />
  );
}
