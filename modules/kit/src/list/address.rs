//! Addresses of list pages.

/// An address: a path of ours (which may already have parameters) and more parameters.
pub(super) fn address(path: &str, parameters: &[(String, String)]) -> String {
    let mut address = path.to_owned();
    for (key, value) in parameters {
        address.push(if address.contains('?') { '&' } else { '?' });
        address.push_str(&encoded(key));
        address.push('=');
        address.push_str(&encoded(value));
    }
    address
}

/// Percent-encoding of all but the unreserved characters (RFC 3986).
pub(super) fn encoded(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::with_capacity(text.len()), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}
