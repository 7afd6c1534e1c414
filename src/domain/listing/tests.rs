//! The query of the list as it stands in an address.

use super::*;

fn read(pairs: &[(&str, &str)]) -> Result<ListQuery> {
    ListQuery::read(|key| pairs.iter().find(|(k, _)| *k == key).map(|(_, v)| (*v).to_owned()))
}

/// The place of a row called `ghcr`.
fn place(key: SortKey) -> String {
    Cursor { key, name_key: "ghcr".to_owned() }.to_text()
}

#[test]
fn a_query_survives_its_url() {
    let place = place(SortKey::Changed(Moment(7)));
    let pairs =
        [("q", "a b&c"), ("state", "expired"), ("sort", "changed"), ("after", place.as_str())];
    let query = read(&pairs).unwrap();
    assert_eq!(query.to_url(), format!("?q=a%20b%26c&state=expired&sort=changed&after={place}"));
    assert_eq!(query.first_page().to_url(), "?q=a%20b%26c&state=expired&sort=changed");
}

#[test]
fn each_order_goes_both_ways() {
    for sort in Sort::ALL {
        let query = ListQuery { search: "x".to_owned(), ..ListQuery::default() };
        for is_reversed in [false, true] {
            let sorted = query.sorted(*sort, is_reversed);
            let order = sorted.order().unwrap();
            assert_eq!(sorted.to_url(), format!("?q=x&sort={order}"));
            assert_eq!(read(&[("q", "x"), ("sort", order.as_str())]).unwrap(), sorted);
            assert_eq!(sorted.cleared().to_url(), format!("?sort={order}"));
        }
    }
    assert_eq!(ListQuery::default().order(), None);
}

#[test]
fn only_named_columns_filter_or_sort() {
    for pair in [
        ("sort", "sealed"),
        ("sort", "-"),
        ("sort", "--name"),
        ("state", "x"),
        ("method", "1"),
        ("after", "0"),
        ("before", "-1"),
    ] {
        assert!(matches!(read(&[pair]), Err(Error::BadRequest(_))), "{pair:?}");
    }
}

#[test]
fn a_place_fits_one_order_and_one_direction() {
    let (by_name, by_host) = (place(SortKey::Name), place(SortKey::Registry("ghcr.io".to_owned())));
    read(&[("after", by_name.as_str())]).unwrap();
    read(&[("sort", "registry"), ("before", by_host.as_str())]).unwrap();
    let bad: [&[(&str, &str)]; 3] = [
        &[("after", by_host.as_str())],
        &[("sort", "registry"), ("before", by_name.as_str())],
        &[("after", by_name.as_str()), ("before", by_name.as_str())],
    ];
    for pairs in bad {
        assert!(matches!(read(pairs), Err(Error::BadRequest(_))), "{pairs:?}");
    }
}

#[test]
fn a_number_of_a_page_asks_nothing() {
    assert_eq!(read(&[("page", "3")]).unwrap(), ListQuery::default());
}
