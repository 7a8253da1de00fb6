//! Money, prices and payment instruments. Separated by a comma and a space.

/// Nearly always this.
pub(super) const STRONG: &str = "invoice, invoice item, invoiceitem, refund, payout, payment, payment method, \
    payment intent, setup intent, payment source, payment link, payment order, billing, charge, \
    coupon, discount, promotion code, promotional code, promo code, tax rate, credit note, debit note, dispute, \
    chargeback, bank account, external account, bank transfer, bank transaction, credit card, \
    debit card, gift card, payment card, virtual card, mandate, checkout, checkout session, \
    topup, top up, price, pricing, price list, spend limit, budget, payroll, pay run, payrun, \
    salary, wage, pay template, pay item, reimbursement, purchase order, prepayment, \
    overpayment, direct debit, usage record, expense, expense claim, purchase, wallet, \
    donation, money, cash out, wire, ach, payee, beneficiary, remittance, settlement, escrow, \
    bill, billing plan, payment token, balance transaction, pricing plan, subscription plan, \
    subscription schedule, subscription item, application fee, issuing card, cardholder, \
    pay slip, payslip, tax transaction, spending limit, auto recharge, auto renewal, paid plan, \
    payout method, payout account, funding source, cash advance, payment profile, \
    payment request, payment schedule, payment session, payment batch, billing account, \
    billing profile, billing agreement, billing method, billing cycle, billing subscription, \
    billing detail, billing info, credit grant, credit balance, credit pack, store credit, \
    gift certificate, customer balance, account balance, ledger entry, contractor payment, \
    bonus, compensation, pay rate, pay schedule, pay period, pay group, pay statement, \
    off cycle, garnishment, paycheck, paystub, 401k, tax form, tax filing, tax payment, rebate, \
    cashback, clawback, rate plan, rate card, surcharge, late fee, installment, instalment, \
    bank feed, bank detail, iban, sepa, wire transfer, money transfer, internal transfer, \
    staking, limit order, market order, stock order, payment instrument, saved card, \
    stored card, recurring charge, recurring payment, subscription contract, plan change, \
    price rule, price book, pricebook, pricing rule, price tier, discount code, voucher code, \
    tax code, tax setting, cash drawer, cash balance, merchant account, vendor credit, \
    vendor payment, bill payment, sale receipt, sale invoice, credit memo, debit memo, \
    journal entry, purchase invoice, order payment, order refund, standing order, mobile money, \
    airtime, insurance claim, insurance policy, stock option, equity grant, spend control, \
    spending control, card program, card token, crypto withdrawal, crypto transfer, \
    billing contact, seat assignment, rental agreement, cheque, payment recipient, \
    payment initiation, gift card activity, domain registration, domain purchase, \
    domain renewal, phone purchase, number purchase, market trade, pay order, phone order, \
    number order, postage, shipping label purchase, label purchase, flight order, ticket order, \
    insurance premium, money movement, cash transfer, bank payout, merchant payout, \
    instant payout, payout schedule, fee schedule, price adjustment, price override, \
    discount rule, tax profile, tax registration, budget line, purchase requisition, \
    expense reimbursement, mileage, per diem, salary change, salary revision, pay raise, \
    commission plan, bonus payment, payroll run, payroll adjustment, payroll item, \
    wage garnishment, bank withdrawal, atm, overdraft, credit line, credit limit, \
    line of credit, loan payment, loan disbursement, interest rate, margin call, redemption, \
    subscription pause, entitlement grant";

/// Mostly this.
pub(super) const FAIR: &str = "subscription, plan, quote, transfer, issuing authorization, payment authorization, credit, \
    balance, transaction, fee, receipt, tip, deposit, withdrawal, reversal, allocation, seat, \
    license, licence, loan, tax, cost center, usage limit, voucher, reward, trade, bid, \
    earning, deduction, commission, superannuation, premium, fund, fine, penalty, tariff, \
    payable, receivable, tender, bursary, grant payment, loyalty, ledger, retainer, royalty, \
    stipend, margin, leverage, hold invoice, crypto, counterparty, metering, \
    billing provider, auto replenish, routing detail, credit entitlement";

/// As often something else.
pub(super) const TORN: &str = "card, promotion, order cancellation";

/// Often something else.
pub(super) const WEAK: &str =
    "order, check, estimate, merchant, currency, addon, tier, amount, funding, financial, sale";
