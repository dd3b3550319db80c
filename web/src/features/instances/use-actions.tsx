import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState, type ReactNode } from "react";

import type { Instance } from "@/api/types";
import { toast } from "@/ui/toast";
import { LOOKS, possibleActions } from "./actions";
import { useInstanceAction, type Action } from "./queries";

const DeleteDialog = lazy(() =>
  import("./delete-dialog").then((module) => ({ default: module.DeleteDialog })),
);

export interface Actions {
  act: (action: Action, instance: Instance) => void;
  actOnAll: (action: Action, instances: readonly Instance[]) => void;
  pending: boolean;
  /** To be rendered once by whoever uses this. */
  confirmation: ReactNode;
}

/** Acting on instances: asks before a delete, says what began and leads to its operation. */
export function useActions(onDone?: () => void): Actions {
  const mutation = useInstanceAction();
  const [doomed, setDoomed] = useState<readonly Instance[]>([]);

  function run(action: Exclude<Action, "delete">, instance: Instance) {
    mutation.mutate(
      { action, id: instance.id },
      {
        onSuccess: ({ operation }) =>
          toast({
            title: `${instance.name} ${LOOKS[action].done}`,
            action: (
              <Link
                to="/operations/$operation"
                params={{ operation: operation.id }}
                className="text-accent-ink hover:underline"
              >
                Show the steps
              </Link>
            ),
          }),
      },
    );
  }

  return {
    pending: mutation.isPending,
    act: (action, instance) => {
      if (action === "delete") setDoomed([instance]);
      else run(action, instance);
    },
    actOnAll: (action, instances) => {
      if (action === "delete") {
        setDoomed(instances);
        return;
      }
      const able = instances.filter((instance) =>
        possibleActions(instance).some((look) => look.action === action),
      );
      for (const instance of able) run(action, instance);
      if (able.length < instances.length) {
        toast({
          title: `Left ${instances.length - able.length} of ${instances.length} alone`,
          detail: `${LOOKS[action].label} does not apply in their present state.`,
        });
      }
      onDone?.();
    },
    confirmation:
      doomed.length > 0 ? (
        <Suspense fallback={null}>
          <DeleteDialog
            instances={doomed}
            onClose={() => setDoomed([])}
            onDeleted={() => {
              setDoomed([]);
              onDone?.();
            }}
          />
        </Suspense>
      ) : null,
  };
}
