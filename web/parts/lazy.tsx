import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Message } from './message.tsx';

/**
 * A component whose code is loaded when it is first shown, so that whoever opens one page does not wait for the code of
 * all.
 */
export function lazy<Props extends object>(load: () => Promise<FunctionComponent<Props>>): FunctionComponent<Props> {
  let loaded: FunctionComponent<Props> | null = null;
  return function Lazy(props) {
    const [Shown, setShown] = useState(() => loaded);
    const [failed, setFailed] = useState(false);
    useEffect(() => {
      if (loaded !== null) return;
      load().then(
        (component) => {
          loaded = component;
          setShown(() => component);
        },
        () => setFailed(true),
      );
    }, []);
    if (Shown !== null) return <Shown {...props} />;
    if (!failed) return <Message kind="loading" title="Loading the page …" />;
    return (
      <Message kind="error" title="Cannot load this page">
        <p>
          The server cannot be reached, or it is another version by now. <a href="">Load the dashboard again</a>
        </p>
      </Message>
    );
  };
}
