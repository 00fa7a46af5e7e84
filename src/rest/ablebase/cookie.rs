//! The cookie that holds a session's token (contract ablebase 1.2).

use axum::http::HeaderMap;
use axum::http::header::COOKIE;

use crate::domain::session::BROWSER_SESSION_DAYS;

/// How long a browser keeps a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// As long as the session lives.
    Remembered,
    /// Until the browser is closed.
    Brief,
    /// No longer.
    Gone,
}

/// The name under which browsers keep the token. Over https they let nobody else set it.
fn name(configured: &str, is_secure: bool) -> String {
    format!("{}{configured}", if is_secure { "__Secure-" } else { "" })
}

/// The value of `Set-Cookie`.
pub fn set(configured: &str, token: &str, kept: Kept, is_secure: bool) -> String {
    let age = match kept {
        Kept::Remembered => format!("; Max-Age={}", BROWSER_SESSION_DAYS * 86_400),
        Kept::Brief => String::new(),
        Kept::Gone => "; Max-Age=0".to_owned(),
    };
    let secure = if is_secure { "; Secure" } else { "" };
    format!("{}={token}; Path=/; HttpOnly; SameSite=Lax{age}{secure}", name(configured, is_secure))
}

/// The token in a request's cookies.
pub fn token<'h>(headers: &'h HeaderMap, configured: &str, is_secure: bool) -> Option<&'h str> {
    let name = name(configured, is_secure);
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, token)| token)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "better-auth.session_token";

    #[test]
    fn item_1_the_cookie_is_kept_from_scripts_and_other_sites() {
        let set = |kept, is_secure| set(NAME, "t", kept, is_secure);
        assert_eq!(
            set(Kept::Remembered, false),
            "better-auth.session_token=t; Path=/; HttpOnly; SameSite=Lax; Max-Age=604800"
        );
        assert_eq!(
            set(Kept::Remembered, true),
            "__Secure-better-auth.session_token=t; Path=/; HttpOnly; SameSite=Lax; Max-Age=604800; Secure"
        );
        assert_eq!(set(Kept::Brief, false), "better-auth.session_token=t; Path=/; HttpOnly; SameSite=Lax");
        assert_eq!(set(Kept::Gone, false), "better-auth.session_token=t; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    }

    #[test]
    fn the_token_is_found_among_other_cookies() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, "a=1; better-auth.session_tokens=no".parse().unwrap());
        headers.append(COOKIE, "b=2;better-auth.session_token=a=b; c=3".parse().unwrap());
        assert_eq!(token(&headers, NAME, false), Some("a=b"));
        assert_eq!(token(&headers, NAME, true), None);
        assert_eq!(token(&headers, "b", false), Some("2"));
    }
}
