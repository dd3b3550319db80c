/** Webhooks in words. Pure. */
import type { Delivery, WebhookKind } from "@/api/types";
import type { Tone } from "@/ui/states";

export const KIND_WORDS: Record<WebhookKind, string> = {
  standard: "Webhook",
  discord: "Discord",
  slack: "Slack",
};

export function deliveryLook(delivery: Delivery): { word: string; tone: Tone } {
  switch (delivery.state) {
    case "delivered":
      return { word: "delivered", tone: "ok" };
    case "dead":
      return { word: "given up", tone: "bad" };
    case "queued":
      return delivery.attempts.length > 0
        ? { word: "will be tried again", tone: "warn" }
        : { word: "waiting", tone: "busy" };
  }
}
