import { Component, type ReactElement, type ReactNode } from 'react';
import { words } from '../locales/index.ts';
import ui from './ui.module.css';

interface State {
  readonly error: unknown;
}

/** Stands where a part of the window failed, so that the rest does not go with it. */
export class Fallback extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    return error === null ? (
      this.props.children
    ) : (
      <Failed detail={error instanceof Error ? (error.stack ?? error.message) : String(error)} />
    );
  }
}

function Failed({ detail }: { readonly detail: string }): ReactElement {
  return (
    <div className={ui.empty} role="alert">
      <p>{words.common.failed}</p>
      <button type="button" className={`${ui.button} ${ui.primary}`} onClick={() => location.reload()}>
        {words.common.reload}
      </button>
      <details className={ui.details}>
        <summary>{words.common.details}</summary>
        <pre>{detail}</pre>
      </details>
    </div>
  );
}
