//! The gateway's own answers: a self-contained page for browsers, a problem body for programs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, RETRY_AFTER,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::Full;
use sha2::{Digest, Sha256};
use stead_api::problem::ProblemBody;

use crate::Body;
use crate::tunnel::boxed;

/// What the reader can do on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offer {
    Nothing,
    /// The page looks by itself until there is something to show.
    Retries,
    /// A button that wakes the instance.
    Wake,
    /// A link.
    Link {
        text: String,
        href: String,
    },
}

/// One answer of the gateway itself.
#[derive(Debug, Clone)]
pub struct Notice {
    pub status: StatusCode,
    /// Stable and machine-readable.
    pub code: String,
    pub title: String,
    pub detail: String,
    pub next_step: Option<String>,
    pub offer: Offer,
    pub retry_after_seconds: Option<u64>,
}

impl Notice {
    #[must_use]
    pub fn new(status: StatusCode, code: &str, title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            status,
            code: code.to_owned(),
            title: title.into(),
            detail: detail.into(),
            next_step: None,
            offer: Offer::Nothing,
            retry_after_seconds: None,
        }
    }

    #[must_use]
    pub fn next_step(mut self, text: impl Into<String>) -> Self {
        self.next_step = Some(text.into());
        self
    }

    #[must_use]
    pub fn offer(mut self, offer: Offer) -> Self {
        self.offer = offer;
        self
    }

    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }
}

/// Whether a page is of use: the client names HTML in `Accept`. A wildcard alone (curl, `fetch`) does not count.
#[must_use]
pub fn wants_html(headers: &HeaderMap) -> bool {
    headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|media| {
            matches!(
                media.split(';').next().unwrap_or_default().trim(),
                "text/html" | "application/xhtml+xml"
            )
        })
}

const STYLE: &str = "
:root{color-scheme:light dark;--paper:#f7f7f8;--card:#fff;--ink:#18181b;--soft:#5b5b66;--line:#e2e2e7;--accent:#4f46e5;--on-accent:#fff}
@media (prefers-color-scheme:dark){:root{--paper:#0e0e11;--card:#17171c;--ink:#f1f1f4;--soft:#a3a3b0;--line:#2a2a32;--accent:#8b87ff;--on-accent:#0e0e11}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:24px;background:var(--paper);color:var(--ink);font:15px/1.55 Inter,system-ui,-apple-system,'Segoe UI',sans-serif}
main{width:100%;max-width:520px;background:var(--card);border:1px solid var(--line);border-radius:10px;padding:32px}
.host{margin:0 0 20px;color:var(--soft);font:12.5px/1.4 'JetBrains Mono',ui-monospace,SFMono-Regular,Menlo,monospace;overflow-wrap:anywhere}
h1{margin:0 0 10px;font-size:21px;line-height:1.3;letter-spacing:-.01em}
p{margin:0 0 12px;overflow-wrap:anywhere}
.next{color:var(--soft)}
.state{display:flex;align-items:center;gap:10px;margin-top:20px;color:var(--soft);font-size:13.5px}
.dot{width:9px;height:9px;border-radius:50%;background:var(--accent);animation:pulse 1.4s ease-in-out infinite}
@keyframes pulse{50%{opacity:.25}}
@media (prefers-reduced-motion:reduce){.dot{animation:none}}
button,.link{display:inline-block;margin-top:12px;padding:9px 16px;border:0;border-radius:7px;background:var(--accent);color:var(--on-accent);font:600 14px/1.2 inherit;font-family:inherit;text-decoration:none;cursor:pointer}
button:focus-visible,.link:focus-visible{outline:2px solid var(--ink);outline-offset:2px}
button:disabled{opacity:.6;cursor:default}
footer{margin-top:26px;padding-top:14px;border-top:1px solid var(--line);color:var(--soft);font-size:12px;overflow-wrap:anywhere}
";

/// Looks at `/.stead/status` until the answer changes, less and less often, and only while the page is seen.
const SCRIPT: &str = "
(function(){
var wait=700,first=document.body.dataset.presence,form=document.querySelector('form'),text=document.querySelector('.state span:last-child');
function look(){
if(document.hidden){return setTimeout(look,700)}
fetch('/.stead/status',{cache:'no-store',headers:{accept:'application/json'}}).then(function(answer){
if(answer.status===401||answer.status===404){location.reload();return}
return answer.json().then(function(now){
if(now.listening||(first&&now.presence!==first&&!(form&&form.dataset.sent))){location.reload();return}
if(form&&form.dataset.sent&&now.presence==='running'){location.reload();return}
again()})}).catch(again)}
function again(){wait=Math.min(wait*1.3,5000);setTimeout(look,wait)}
if(form){form.addEventListener('submit',function(event){event.preventDefault();form.dataset.sent='1';
var button=form.querySelector('button');button.disabled=true;button.textContent='Waking\\u2026';
fetch('/.stead/wake',{method:'POST',headers:{accept:'application/json'}}).then(function(answer){
if(answer.ok){wait=300;look();return}
return answer.json().then(function(problem){button.disabled=false;button.textContent='Try again';delete form.dataset.sent;
document.querySelector('.next').textContent=problem.detail})}).catch(function(){location.reload()})})}
else{setTimeout(look,wait)}
})();
";

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

fn hash(source: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(source.as_bytes())))
}

fn html(notice: &Notice, authority: &str, presence: &str, request_id: &str) -> String {
    let next = notice.next_step.as_deref().map(escape).unwrap_or_default();
    let (title, detail) = (escape(&notice.title), escape(&notice.detail));
    let offer = match &notice.offer {
        Offer::Nothing => String::new(),
        Offer::Retries => format!(
            "<div class=\"state\" role=\"status\"><span class=\"dot\"></span><span>Looking again by itself.</span></div>\
             <noscript><meta http-equiv=\"refresh\" content=\"5\"></noscript><script>{SCRIPT}</script>"
        ),
        Offer::Wake => format!(
            "<form method=\"post\" action=\"/.stead/wake\"><button>Wake it</button></form><script>{SCRIPT}</script>"
        ),
        Offer::Link { text, href } => {
            format!("<a class=\"link\" href=\"{}\">{}</a>", escape(href), escape(text))
        }
    };
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex\"><title>{title}</title><style>{STYLE}</style></head>\
         <body data-presence=\"{}\"><main><p class=\"host\">{}</p><h1>{title}</h1><p>{detail}</p><p class=\"next\">{next}</p>{offer}\
         <footer>Stead · request {}</footer></main></body></html>",
        escape(presence),
        escape(authority),
        escape(request_id)
    )
}

/// The answer for a browser or a program, by what the request accepts.
#[must_use]
pub fn answer(
    notice: &Notice,
    headers: &HeaderMap,
    authority: &str,
    presence: &str,
    request_id: &str,
) -> Response<Body> {
    let page = wants_html(headers);
    let (kind, text) = if page {
        ("text/html; charset=utf-8", html(notice, authority, presence, request_id))
    } else {
        let body = ProblemBody {
            kind: format!("https://stead.dev/problems/{}", notice.code),
            title: notice.status.canonical_reason().unwrap_or("Error").to_owned(),
            status: notice.status.as_u16(),
            detail: notice.detail.clone(),
            code: notice.code.clone(),
            request_id: request_id.to_owned(),
            next_step: notice.next_step.clone(),
            errors: Vec::new(),
        };
        ("application/problem+json", serde_json::to_string(&body).unwrap_or_default())
    };
    let mut response = Response::new(boxed(Full::new(Bytes::from(text))));
    *response.status_mut() = notice.status;
    let out = response.headers_mut();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            out.insert(name, value);
        }
    };
    set(CONTENT_TYPE, kind);
    set(CACHE_CONTROL, "no-store");
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(REFERRER_POLICY, "no-referrer");
    set(HeaderName::from_static("x-request-id"), request_id);
    set(http::header::VARY, "accept, cookie");
    if page {
        let (style, script) = (hash(STYLE), hash(SCRIPT));
        set(
            CONTENT_SECURITY_POLICY,
            &format!(
                "default-src 'none'; style-src {style}; script-src {script}; connect-src 'self'; form-action 'self'; base-uri 'none'"
            ),
        );
    }
    if let Some(seconds) = notice.retry_after_seconds {
        set(RETRY_AFTER, &seconds.to_string());
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_cannot_become_markup() {
        let notice = Notice::new(StatusCode::NOT_FOUND, "x", "<script>alert(1)</script>", "\"'&")
            .offer(Offer::Link { text: "<b>".into(), href: "\"onclick=x".into() });
        let page = html(&notice, "<img src=x>", "\"", "req");
        assert!(
            !page.contains("<script>alert")
                && !page.contains("<img")
                && !page.contains("<b>")
                && !page.contains("\"onclick")
        );
    }

    #[test]
    fn only_clients_that_name_html_get_a_page() {
        let accepts = |value: &'static str| {
            wants_html(&HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(value))]))
        };
        assert!(accepts("text/html,application/xhtml+xml,*/*;q=0.8"));
        assert!(!accepts("*/*") && !accepts("application/json") && !wants_html(&HeaderMap::new()));
    }
}
