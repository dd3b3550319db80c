/** Pages outside of the frame: they load neither it nor any other page. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { mustBeSignedIn, root, text } from "./root-route";

const OUTSIDE = /^\/(sign-in|sign-up|reset-password|verify-email|confirm-email|magic-link|invite|device)\b/;

/** Pages that stand outside of the frame; but for devices, also for whoever is not signed in. */
export function isOutside(path: string): boolean {
  return OUTSIDE.test(path);
}

const comingFrom = (search: Record<string, unknown>): { from?: string } => {
  const from = text(search["from"]);
  return from ? { from } : {};
};

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search): { from?: string; tenant?: string; problem?: string } => {
    // A tenant whose own sources are offered, too; and why another source did not let somebody in.
    const [tenant, problem] = [text(search["tenant"]), text(search["problem"])];
    return { ...comingFrom(search), ...(tenant ? { tenant } : {}), ...(problem ? { problem } : {}) };
  },
  component: lazyRouteComponent(() => import("@/features/sign-in/sign-in-page"), "SignInPage"),
});
const signUp = createRoute({
  getParentRoute: () => root,
  path: "/sign-up",
  validateSearch: comingFrom,
  component: lazyRouteComponent(() => import("@/features/sign-in/sign-up-page"), "SignUpPage"),
});
const resetPassword = createRoute({
  getParentRoute: () => root,
  path: "/reset-password",
  component: lazyRouteComponent(() => import("@/features/sign-in/reset-page"), "ResetPage"),
});
const mailLinks = () => import("@/features/sign-in/mail-link-pages");
const verifyEmail = createRoute({
  getParentRoute: () => root,
  path: "/verify-email",
  component: lazyRouteComponent(mailLinks, "VerifyEmailPage"),
});
const confirmEmail = createRoute({
  getParentRoute: () => root,
  path: "/confirm-email",
  component: lazyRouteComponent(mailLinks, "ConfirmEmailPage"),
});
const magicLink = createRoute({
  getParentRoute: () => root,
  path: "/magic-link",
  component: lazyRouteComponent(mailLinks, "MagicLinkPage"),
});
const invite = createRoute({
  getParentRoute: () => root,
  path: "/invite",
  component: lazyRouteComponent(() => import("@/features/sign-in/invite-page"), "InvitePage"),
});

/** Signed in, without the frame. */
const signedIn = createRoute({ getParentRoute: () => root, id: "signed-in", beforeLoad: mustBeSignedIn });
const device = createRoute({
  getParentRoute: () => signedIn,
  path: "/device",
  validateSearch: (search): { code?: string } => {
    const code = text(search["code"]);
    return code ? { code } : {};
  },
  component: lazyRouteComponent(() => import("@/features/sign-in/device-page"), "DevicePage"),
});

export const outsideRoutes = [
  signIn,
  signUp,
  resetPassword,
  verifyEmail,
  confirmEmail,
  magicLink,
  invite,
  signedIn.addChildren([device]),
] as const;
