//! Values, and what holds them: arguments and directives.

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::Directive;
use async_graphql::{Name, Positioned};
use async_graphql_value::Value;

use super::super::lexer::Token;
use super::super::short;
use super::{Parser, Read, refuse};

type Arguments = Vec<(Positioned<Name>, Positioned<Value>)>;

impl Parser<'_> {
    pub(super) fn directives(&mut self) -> Read<Vec<Positioned<Directive>>> {
        let mut directives = Vec::new();
        loop {
            let start = self.pos;
            if !self.eat('@')? {
                return Ok(directives);
            }
            let name = self.name("the directive's name")?;
            directives.push(Positioned::new(Directive { name, arguments: self.arguments()? }, start));
        }
    }

    pub(super) fn arguments(&mut self) -> Read<Arguments> {
        let mut arguments = Vec::new();
        if self.eat('(')? {
            while arguments.is_empty() || !self.eat(')')? {
                let name = self.name("an argument")?;
                self.expect(':')?;
                arguments.push((name, self.value()?));
            }
        }
        Ok(arguments)
    }

    pub(super) fn value(&mut self) -> Read<Positioned<Value>> {
        let start = self.pos;
        let value = match std::mem::replace(&mut self.token, Token::End) {
            Token::Mark('$') => {
                self.bump()?;
                return Ok(Positioned::new(Value::Variable(self.name("the variable's name")?.node), start));
            }
            Token::Mark('[') => {
                self.bump()?;
                let mut items = Vec::new();
                while !self.eat(']')? {
                    items.push(self.value()?.node);
                }
                return Ok(Positioned::new(Value::List(items), start));
            }
            Token::Mark('{') => {
                self.bump()?;
                return Ok(Positioned::new(self.object()?, start));
            }
            Token::Number(digits) => match digits.parse() {
                Ok(number) => Value::Number(number),
                Err(_) => return Err(refuse("syntax error: this number is out of range", vec![start])),
            },
            Token::Text(text) => Value::String(text),
            Token::Name("true") => Value::Boolean(true),
            Token::Name("false") => Value::Boolean(false),
            Token::Name("null") => Value::Null,
            Token::Name(name) => Value::Enum(Name::new(name)),
            other => {
                self.token = other;
                return self.unexpected("a value");
            }
        };
        self.bump()?;
        Ok(Positioned::new(value, start))
    }

    fn object(&mut self) -> Read<Value> {
        let mut fields = IndexMap::new();
        while !self.eat('}')? {
            let name = self.name("an input field")?;
            self.expect(':')?;
            let value = self.value()?.node;
            // The engine's tree has no room for a second one, so its validator cannot tell (5.6.3).
            if fields.contains_key(&name.node) {
                return Err(refuse(format!("input field {} is given twice", short(&name.node)), vec![name.pos]));
            }
            fields.insert(name.node, value);
        }
        Ok(Value::Object(fields))
    }
}
