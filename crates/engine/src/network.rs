//! A range of addresses, as allow lists name them: `10.30.0.7`, `10.30.0.0/16`, `2001:db8::/32`.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// An address and how many of its leading bits count (CIDR, RFC 4632 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    /// Whether `peer` lies in it. An IPv4 peer of an IPv6 socket (`::ffff:a.b.c.d`) is an IPv4 peer.
    pub fn contains(self, peer: IpAddr) -> bool {
        let (own, width) = number(self.address);
        let (peer, peers_width) = number(peer.to_canonical());
        let ignored = width.saturating_sub(u32::from(self.bits));
        width == peers_width && (own ^ peer).checked_shr(ignored).unwrap_or(0) == 0
    }
}

/// The address as a number, and how many bits it has.
fn number(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()), 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    }
}

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        let address = address.to_canonical();
        Self { address, bits: if address.is_ipv4() { 32 } else { 128 } }
    }
}

impl FromStr for Network {
    type Err = String;

    /// The error is a sentence that says what to write.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text} is neither an IP address nor a range like 10.30.0.0/16");
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let whole = Self::from(address.parse::<IpAddr>().map_err(|_| wrong())?);
        let bits = bits.map_or(Ok(whole.bits), str::parse).map_err(|_| wrong())?;
        if bits > whole.bits {
            return Err(wrong());
        }
        let network = Self { bits, ..whole };
        let (number, width) = number(network.address);
        let ignored = width - u32::from(bits);
        // 10.30.0.7/16 is a slip of the pen: did they mean the one address, or the range?
        if ignored > 0 && number.trailing_zeros() < ignored && number != 0 {
            return Err(format!(
                "{text} has bits after the first {bits}: write the address alone, or the range's first address"
            ));
        }
        Ok(network)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_lies_in_a_range_by_its_leading_bits() {
        for (range, peer, lies_in) in [
            ("10.30.0.7", "10.30.0.7", true),
            ("10.30.0.7", "10.30.0.8", false),
            ("10.30.0.0/16", "10.30.255.1", true),
            ("10.30.0.0/16", "10.31.0.1", false),
            ("10.30.0.4/30", "10.30.0.7", true),
            ("10.30.0.4/30", "10.30.0.8", false),
            ("10.30.0.0/16", "::ffff:10.30.1.1", true),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("::/0", "2001:db8::1", true),
            ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("::ffff:10.30.0.7", "10.30.0.7", true),
        ] {
            let network: Network = range.parse().unwrap();
            assert_eq!(network.contains(peer.parse().unwrap()), lies_in, "{peer} in {range}");
        }
    }

    #[test]
    fn what_is_no_range_is_told_with_what_to_write() {
        for wrong in ["", "poole", "10.30.0", "10.30.0.0/33", "10.30.0.0/x", "10.30.0.0/", "::/129"]
        {
            let said = wrong.parse::<Network>().unwrap_err();
            assert!(said.ends_with("a range like 10.30.0.0/16"), "{said}");
        }
        let said = "10.30.0.7/16".parse::<Network>().unwrap_err();
        assert!(said.contains("bits after the first 16"), "{said}");
    }
}
