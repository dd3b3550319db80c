/** What an instance runs and from where, in few words. Pure. */
import type { Instance, Port } from "@/api/types";

export function imageWords(image: string): string {
  return image === "host" ? "Host userland" : image;
}

/** `github.com/acme/shop` of any way to write a git address. */
export function repositoryWords(url: string | null | undefined): string | undefined {
  if (!url) return undefined;
  return url
    .replace(/^[a-z+]+:\/\//i, "")
    .replace(/^[^@/]+@/, "")
    .replace(/^([^/:]+):(?!\d+\/)/, "$1/")
    .replace(/\.git\/?$/, "")
    .replace(/\/$/, "");
}

/** The page of a repository, when its address is one that browsers open. */
export function repositoryLink(url: string | null | undefined): string | undefined {
  const words = repositoryWords(url);
  if (!url || !words) return undefined;
  if (/^https?:\/\//i.test(url)) {
    try {
      const link = new URL(url.replace(/\.git\/?$/, ""));
      link.username = "";
      link.password = "";
      return link.href;
    } catch {
      return undefined;
    }
  }
  return /^(github|gitlab|bitbucket)\.(com|org)\//.test(words) ? `https://${words}` : undefined;
}

export function sourceWords(instance: Instance): string {
  return repositoryWords(instance.source?.url) ?? "Blank workspace";
}

/** Ports worth a link in a list: those that listen, then the declared ones. */
export function portsToShow(ports: readonly Port[], most: number): readonly Port[] {
  return ports.filter((port) => port.listening).slice(0, most);
}

/** A link is followed only when it is one: the address comes from the server, yet costs nothing to check. */
export function safeHref(url: string): string | undefined {
  return /^https?:\/\//i.test(url) ? url : undefined;
}
