import { useId, type ReactElement } from 'react';
import css from './action-bar.module.css';

interface Props {
  /** Why the button inside would do nothing now. */
  readonly why: string | null;
  readonly children: (describedBy: string | undefined) => ReactElement;
}

/**
 * A button with the reason why it is off, which pointer, keys and fingers all reach: it shows while one of them is on
 * it.
 */
export function Explained({ why, children }: Props): ReactElement {
  const id = useId();
  return (
    <span className={css.explained}>
      {children(why === null ? undefined : id)}
      {why === null ? null : (
        <span role="tooltip" id={id} className={css.why}>
          {why}
        </span>
      )}
    </span>
  );
}
