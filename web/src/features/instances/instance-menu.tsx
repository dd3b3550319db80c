import { Ellipsis } from "lucide-react";

import type { Instance } from "@/api/types";
import { Button } from "@/ui/button";
import { late } from "@/ui/late";
import type { Action } from "./queries";

export interface InstanceMenuProps {
  instance: Instance;
  mayWrite: boolean;
  onAction: (action: Action) => void;
}

const Items = late<InstanceMenuProps>(() =>
  import("./instance-menu-items").then((module) => module.InstanceMenuItems),
);

/** Everything that can be done with one instance. */
export function InstanceMenu(props: InstanceMenuProps) {
  return (
    <Items
      {...props}
      trigger={
        <Button kind="quiet" square aria-label={`Actions for ${props.instance.name}`}>
          <Ellipsis aria-hidden />
        </Button>
      }
    />
  );
}
