import {
  cloneElement,
  lazy,
  Suspense,
  useState,
  type ComponentProps,
  type ComponentType,
  type ReactElement,
} from "react";

export type Trigger = ReactElement<ComponentProps<"button">>;

/**
 * A menu whose code comes when it is first wanted: until then there is only its button. The component gets the same button and
 * begins open.
 */
export function late<P extends object>(load: () => Promise<ComponentType<P & { trigger: Trigger }>>) {
  const Loaded = lazy(() => load().then((component) => ({ default: component })));
  return function Late(props: P & { trigger: Trigger }) {
    const [wanted, setWanted] = useState(false);
    const warm = () => void load().catch(() => undefined);
    const closed = cloneElement(props.trigger, {
      onClick: () => setWanted(true),
      onPointerEnter: warm,
      onFocus: warm,
      "aria-haspopup": "menu",
      "aria-expanded": false,
    });
    if (!wanted) return closed;
    return (
      <Suspense fallback={closed}>
        <Loaded {...props} />
      </Suspense>
    );
  };
}
