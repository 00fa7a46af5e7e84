//! The same tree as the engine's parser gives, positions included, wherever that reads the text rightly.

use async_graphql::parser::parse_query;
use serde_json::Value as Json;

use super::{document, limits, parse};

fn agrees(text: &str) {
    let ours: Json = serde_json::to_value(document(text)).unwrap();
    let theirs: Json = serde_json::to_value(parse_query(text).unwrap()).unwrap();
    assert_eq!(ours, theirs, "{text}");
}

#[test]
fn documents_of_every_shape_read_as_by_the_engine() {
    for text in [
        "{a}",
        "query{a}",
        "query Q{a}",
        "mutation M @d {a}",
        "subscription($a:Int){a}",
        "query query($on:on!){query:fragment on fragment:on true null}",
        "\u{feff}query Q($a: Int = 1, $b: [[T!]]! = [[{c: [D]}]] , $c: T @d(a: 1)) @d @e(a: $a) {\n\ta, b # c }\n c {\r\n d }}",
        "{a:b(c:1,d:-1.50,e:1e10,f:\"g\",h:true,i:null,j:K,l:[],m:[1 [2]],n:{},o:{p:{q:$r}},s:$t)@u@v(w:$x){y}}",
        "{...F ...on A{b} ...{c} ...@d{e} ...on A@d{f} ...onA ...G@d(a:1)} fragment F on A@d{b} fragment G on B{...F}",
        "query A{a} mutation B{b} subscription C{c} fragment F on A{b}",
        "{é:1}".replace("é:1", "a(b:\"é😀\nc\")").replace('\n', " ").as_str(),
        "{a(b:\"\"\"\n    first\n      second é\n\n  \"\"\") c}",
        "{a(b:0 c:-0 d:0.5 e:-0.0e-5 f:123456789012345678 g:18446744073709551615 h:1.7976931348623157e308)}",
    ] {
        agrees(text);
    }
}

#[test]
fn random_documents_read_as_by_the_engine() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for _ in 0..if cfg!(debug_assertions) { 200 } else { 1_000 } {
        let mut text = String::new();
        random.operation(&mut text);
        for index in 0..random.below(3) {
            text += &format!("fragment F{index} on A ");
            random.directives(&mut text);
            random.set(&mut text, 3);
        }
        agrees(&text);
    }
}

#[test]
fn what_the_engine_reads_wrongly_is_read_rightly() {
    for text in [
        "{a(b: trueish, c: nullable, d: falsehood)}",
        "query($a: [ Int ! ] !){a}",
        "query($a: Int = 1 @d){a}",
        "\"What it is for.\" query Q{a} \"\"\"And this.\"\"\" fragment F on A{b}",
    ] {
        assert!(parse_query(text).is_err() && parse(text, &limits()).is_ok(), "{text}");
    }
}

#[test]
fn what_is_not_in_the_grammar_is_refused() {
    for text in [
        "",
        " ",
        "#",
        "a",
        "{",
        "}",
        "{}",
        "{a",
        "{a}}",
        "{a{}}",
        "{a()}",
        "{a(b)}",
        "{a(b:)}",
        "{a(:1)}",
        "{a(b:1}",
        "{a:}",
        "{a:b:c}",
        "{:a}",
        "{1}",
        "{\"a\"}",
        "{a @}",
        "{@a}",
        "{a(b:$)}",
        "{a(b:[1)}",
        "{a(b:{c})}",
        "{a(b:{c:})}",
        "{a(b:{1:1})}",
        "{...}",
        "{...on}",
        "{...on A}",
        "{...on 1{a}}",
        "{...F{a}}",
        "{..a}",
        "{a(b:1a)}",
        "{a(b:01)}",
        "{a(b:1.)}",
        "{a(b:.1)}",
        "{a(b:1e)}",
        "{a(b:1.e1)}",
        "{a(b:1.2.3)}",
        "{a(b:-)}",
        "{a(b:--1)}",
        "{a(b:+1)}",
        "{a(b:1e+)}",
        "{a(b:-a)}",
        "query",
        "query Q",
        "query Q(){a}",
        "query Q($a){a}",
        "query Q($a:){a}",
        "query Q(a:Int){a}",
        "query Q($a:[Int){a}",
        "query Q($a:Int!!){a}",
        "query Q($a:Int=){a}",
        "query Q($a:Int=$b){a}",
        "query Q($a:[Int]=[$b]){a}",
        "query Q Q{a}",
        "queryQ{a}",
        "Query{a}",
        "schema{a}",
        "type A{a:Int}",
        "fragment F{a}",
        "fragment on on A{a} {a}",
        "fragment F on{a}",
        "fragment F on A",
        "{a}fragment F on A{...}",
        "\"a\"{a}",
        "\"a\"\"b\"query{a}",
        "\"a\"",
        "{a}\"b\"",
        "{a & b}",
        "{a | b}",
        "{a!}",
        "{a = b}",
        "{a}{b}",
        "{a} query Q{b}",
        "query Q{a} {b}",
        "query{a} query{b}",
        "query Q{a} query{b}",
        "{a(b:{c:1,c:2})}",
        "{a(b:{c:{d:1,e:2,d:3}})}",
        "fragment F on A{a}",
    ] {
        assert!(parse(text, &limits()).is_err(), "{text}");
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    fn pick(&mut self, text: &mut String, words: &[&str]) {
        let index = usize::try_from(self.below(u64::try_from(words.len()).unwrap())).unwrap();
        *text += words[index];
        *text += [" ", "\n", " , ", "\t", " #c é}\n", "\r\n"][usize::try_from(self.below(6)).unwrap()];
    }

    fn name(&mut self, text: &mut String) {
        self.pick(text, &["a", "b_1", "__typename", "on", "fragment", "query", "True", "x9", "input"]);
    }

    fn operation(&mut self, text: &mut String) {
        if self.below(3) > 0 {
            self.pick(text, &["query", "mutation Named", "subscription S"]);
            if self.below(2) == 0 {
                *text += "(";
                for _ in 0..=self.below(3) {
                    self.pick(text, &["$a:Int", "$b:[A!]!", "$c:String!", "$d:[[B]]"]);
                    if self.below(2) == 0 {
                        *text += "=";
                        self.value(text, 2, false);
                    }
                }
                *text += ")";
            }
            self.directives(text);
        }
        self.set(text, 5);
    }

    fn set(&mut self, text: &mut String, depth: u64) {
        self.pick(text, &["{"]);
        for _ in 0..=self.below(4) {
            match self.below(8) {
                0 => self.pick(text, &["...F0", "... F1 @d", "...onA"]),
                1 if depth > 0 => {
                    self.pick(text, &["...on A", "...", "... on B", "...@d"]);
                    self.set(text, depth - 1);
                }
                _ => {
                    if self.below(3) == 0 {
                        self.name(text);
                        self.pick(text, &[":"]);
                    }
                    self.name(text);
                    self.arguments(text);
                    self.directives(text);
                    if depth > 0 && self.below(3) == 0 {
                        self.set(text, depth - 1);
                    }
                }
            }
        }
        self.pick(text, &["}"]);
    }

    fn arguments(&mut self, text: &mut String) {
        if self.below(3) == 0 {
            self.pick(text, &["("]);
            for _ in 0..=self.below(2) {
                self.name(text);
                self.pick(text, &[":"]);
                self.value(text, 3, true);
            }
            self.pick(text, &[")"]);
        }
    }

    fn directives(&mut self, text: &mut String) {
        while self.below(4) == 0 {
            self.pick(text, &["@include", "@ d"]);
            self.arguments(text);
        }
    }

    fn value(&mut self, text: &mut String, depth: u64, variables: bool) {
        match self.below(if depth > 0 { 6 } else { 4 }) {
            0 if variables => self.pick(text, &["$a", "$ b", "$true"]),
            0 | 1 => self.pick(text, &["1", "-20", "0.5", "1e3", "-1.25E-2", "9007199254740993", "0"]),
            2 => self.pick(text, &["true", "false", "null", "RED", "on", "NULL"]),
            3 => self.pick(
                text,
                &[
                    "\"\"",
                    "\"é\\n\\u00e9\"",
                    "\"#{\"",
                    "\"\"\"\n  a\n   b \"q\"\n\"\"\"",
                    "\"\\\\\\\"\"",
                    "\"\"\"\"\"\"",
                    "\"א😀\"",
                ],
            ),
            4 => {
                self.pick(text, &["["]);
                for _ in 0..self.below(3) {
                    self.value(text, depth - 1, variables);
                }
                self.pick(text, &["]"]);
            }
            _ => {
                self.pick(text, &["{"]);
                for name in ["a", "on", "null"].iter().take(usize::try_from(self.below(4)).unwrap()) {
                    self.pick(text, &[name]);
                    self.pick(text, &[":"]);
                    self.value(text, depth - 1, variables);
                }
                self.pick(text, &["}"]);
            }
        }
    }
}
