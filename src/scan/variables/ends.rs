//! Where what is open in a text ends. Found in one pass: a file may open as often as it has characters, and a search for
//! each would take their square.

use std::collections::HashMap;

pub(super) struct Ends<'t> {
    text: &'t str,
    /// Behind each `${` that is closed, where its brace is.
    braces: Option<HashMap<usize, usize>>,
    /// The first `}}` behind what was asked for last; past the end if there is none.
    expression: usize,
}

impl<'t> Ends<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, braces: None, expression: 0 }
    }

    /// Where in `inside` the brace closes that stands before it, past the `${` that are nested in it. `inside` is the
    /// rest of the text.
    pub(super) fn brace(&mut self, inside: &str) -> Option<usize> {
        let (text, at) = (self.text, self.at(inside));
        let end = self.braces.get_or_insert_with(|| braces(text)).get(&at)?;
        end.checked_sub(at)
    }

    /// Where in `inside`, which is the rest of the text, the first `}}` is.
    pub(super) fn expression(&mut self, inside: &str) -> Option<usize> {
        let at = self.at(inside);
        if self.expression < at {
            self.expression = inside.find("}}").map_or(usize::MAX, |end| at + end);
        }
        (self.expression != usize::MAX).then(|| self.expression - at)
    }

    fn at(&self, inside: &str) -> usize {
        self.text.len() - inside.len()
    }
}

fn braces(text: &str) -> HashMap<usize, usize> {
    let (mut open, mut ends) = (Vec::new(), HashMap::new());
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '{' if before == '$' => open.push(at + 1),
            '}' => {
                if let Some(begin) = open.pop() {
                    ends.insert(begin, at);
                }
            }
            _ => {}
        }
        before = c;
    }
    ends
}
